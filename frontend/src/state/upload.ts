import { ApiError, toApiError } from '../api/errors'
import type { Upload, UploadPart } from '../api/types'
import * as wails from '../api/wails'
import { Observable } from '../lib/observable'

/** Bytes of one file at most; the backend keeps no more. */
export const uploadLimit = 64 * 2 ** 20
const slice = 2 * 2 ** 20

export interface UploadView {
  /** What was given, null for nothing yet. */
  given: { name: string; size: number } | null
  /** Bytes that the backend has; all of them when id is set. */
  sent: number
  sending: boolean
  /** The name under which the backend keeps it, once all of it is there. */
  id: string
  error: ApiError | null
}

const nothing: UploadView = { given: null, sent: 0, sending: false, id: '', error: null }

/** One file, or a text that was pasted, on its way to the backend: in slices, one behind the other, so that it can be told and stopped. */
export class FileUpload {
  readonly view = new Observable<UploadView>(nothing)

  readonly #api: Pick<typeof wails, 'putUpload' | 'dropUpload'>
  #turn = 0

  constructor(api: Pick<typeof wails, 'putUpload' | 'dropUpload'> = wails) {
    this.#api = api
  }

  /** Sends a file, or a text under a name. Gives the id under which it is kept; '' when it failed, as the view says, or something else was given meanwhile. */
  async put(source: File | { name: string; text: string }): Promise<string> {
    const data = source instanceof Blob ? source : new Blob([source.text])
    const turn = this.#drop()
    this.view.set({ ...nothing, given: { name: source.name, size: data.size }, sending: true })
    let kept: Upload = { id: '', name: '', size: 0 }
    try {
      if (data.size > uploadLimit) throw new ApiError('BAD_FILE', `${data.size} > ${uploadLimit} bytes`)
      for (let from = 0; from < data.size || from === 0; from += slice) {
        const part: UploadPart = { id: kept.id, name: source.name, data: await base64(data.slice(from, from + slice)) }
        if (turn !== this.#turn) return ''
        kept = await this.#api.putUpload(part)
        if (turn !== this.#turn) {
          this.#forget(kept.id)
          return ''
        }
        this.#change({ sent: Math.min(data.size, from + slice) })
      }
      this.#change({ sending: false, id: kept.id })
      return kept.id
    } catch (thrown) {
      if (turn !== this.#turn) return ''
      this.#change({ sending: false, error: toApiError(thrown) })
      return ''
    }
  }

  /** Stops sending, and forgets what was given, here and in the backend. */
  clear = (): void => {
    this.#drop()
    this.view.set(nothing)
  }

  #drop(): number {
    const { id } = this.view.get()
    if (id !== '') this.#forget(id)
    return ++this.#turn
  }

  /** What can't be dropped goes by itself after two hours. */
  #forget(id: string): void {
    this.#api.dropUpload(id).catch(() => undefined)
  }

  #change(part: Partial<UploadView>): void {
    this.view.set({ ...this.view.get(), ...part })
  }
}

function base64(part: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,?/, ''))
    reader.onerror = () => reject(new ApiError('BAD_FILE', reader.error?.message ?? ''))
    reader.readAsDataURL(part)
  })
}
