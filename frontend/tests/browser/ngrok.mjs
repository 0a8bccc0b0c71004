// Plays ngrok for a window's test build: tests/ngrok, driven by lines.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A service that accepts one authtoken: the environment that leads a window to it, its own domain, and what it can be told. */
export async function startNgrok(authtoken) {
  const dir = await mkdtemp(join(tmpdir(), 'scimdesk-ngrok-'))
  const ca = join(dir, 'ca.pem')
  const child = spawn(process.env.NGROK_BIN ?? join(root, 'bin/ngrok'), ['-ca', ca, '-authtoken', authtoken], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const { server, edge, domain } = JSON.parse((await lines.next()).value)
  return {
    domain,
    env: { SCIMDESK_NGROK_SERVER: server, SCIMDESK_NGROK_EDGE: edge, SCIMDESK_NGROK_CA: ca },
    /** Tells it one command, such as drop; the commands are in tests/ngrok. */
    async tell(command) {
      child.stdin.write(`${command}\n`)
      assert.equal((await lines.next()).value, 'ok')
    },
    async close() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
      await rm(dir, { recursive: true, force: true })
    },
  }
}
