/** Who can reach the address that clients are given. Entra needs https with a certificate that the world trusts. */
export type Reach = 'none' | 'thisComputer' | 'unencrypted' | 'https'

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

export function reach(address: string): Reach {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return 'none'
  }
  if (loopback.test(url.hostname)) return 'thisComputer'
  return url.protocol === 'https:' ? 'https' : 'unencrypted'
}
