// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import type { Upload, UploadPart } from '../api/types'
import { FileUpload, uploadLimit } from './upload'

/** A backend that keeps what it is sent, or refuses it. */
class Fake {
  readonly parts: UploadPart[] = []
  readonly dropped: string[] = []
  refuses = false
  hold: Promise<void> | null = null

  putUpload = async (part: UploadPart): Promise<Upload> => {
    this.parts.push(part)
    await this.hold
    if (this.refuses) throw new Error('{"code":"BAD_FILE","message":"no"}')
    return { id: `u${this.parts.filter((p) => p.id === '').length}`, name: part.name, size: 0 }
  }

  dropUpload = async (id: string): Promise<void> => void this.dropped.push(id)

  text = () => this.parts.map((p) => Buffer.from(p.data, 'base64').toString()).join('')
}

describe('a file that is sent', () => {
  it('goes in slices in order, under the id of the first', async () => {
    const fake = new Fake()
    const upload = new FileUpload(fake)
    const text = 'ä'.repeat(2 ** 20) + 'b'.repeat(2 ** 20 + 3)
    expect(await upload.put({ name: 'list.csv', text })).toBe('u1')
    expect(fake.parts.map((p) => p.id)).toEqual(['', 'u1'])
    expect(fake.text()).toBe(text)
    expect(upload.view.get()).toEqual({ given: { name: 'list.csv', size: 3 * 2 ** 20 + 3 }, sent: 3 * 2 ** 20 + 3, sending: false, id: 'u1', error: null })
  })

  it('is sent also when it is empty, so that the backend says what is wrong with it', async () => {
    const fake = new Fake()
    expect(await new FileUpload(fake).put({ name: 'empty', text: '' })).toBe('u1')
    expect(fake.parts).toHaveLength(1)
  })

  it('stops when it is taken away, and is dropped', async () => {
    const fake = new Fake()
    let go = () => {}
    fake.hold = new Promise((resolve) => (go = resolve))
    const upload = new FileUpload(fake)
    const sent = upload.put({ name: 'a', text: 'a' })
    await expect.poll(() => fake.parts.length).toBe(1)
    upload.clear()
    go()
    expect(await sent).toBe('')
    expect(fake.dropped).toEqual(['u1'])
    expect(upload.view.get().given).toBeNull()
  })

  it('makes way for another one', async () => {
    const fake = new Fake()
    const upload = new FileUpload(fake)
    await upload.put({ name: 'a', text: 'a' })
    expect(await upload.put({ name: 'b', text: 'b' })).toBe('u2')
    expect(fake.dropped).toEqual(['u1'])
  })

  it('says why it was refused, and is not sent when it is too large', async () => {
    const fake = new Fake()
    fake.refuses = true
    const upload = new FileUpload(fake)
    expect(await upload.put({ name: 'a', text: 'a' })).toBe('')
    expect(upload.view.get().error?.code).toBe('BAD_FILE')
    const large = new File([], 'large')
    Object.defineProperty(large, 'size', { value: uploadLimit + 1 })
    await upload.put(large)
    expect(upload.view.get().error?.code).toBe('BAD_FILE')
    expect(fake.parts).toHaveLength(1)
  })
})
