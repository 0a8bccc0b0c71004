import { type ApiError, toApiError } from '../api/errors'
import type { Guide, GuideChange } from '../api/types'
import * as wails from '../api/wails'
import { Observable } from '../lib/observable'

export interface GuideView {
  /** What was read last; it stays when reading fails. */
  guide: Guide | null
  error: ApiError | null
  /** What was said could not be kept. */
  failed: ApiError | null
  saving: boolean
}

const nothing: GuideView = { guide: null, error: null, failed: null, saving: false }
const blank: GuideChange = { step: '', skip: '', done: '', undone: '', plan: '', role: '', night: '', portal: '', cloud: '', people: '', hidden: '' }

type Api = Pick<typeof wails, 'guide' | 'saveGuide'>

/** How far the set-up of the folder in view is. The backend keeps it; this is what it said last. */
export class GuideStore {
  readonly view = new Observable<GuideView>(nothing)

  readonly #api: Api
  #store = ''
  #turn = 0
  #reading = false
  #again = false
  #saves: Promise<unknown> = Promise.resolve()

  constructor(api: Api = wails) {
    this.#api = api
  }

  /** Reads it anew; one at a time, and once more if something moved meanwhile. */
  async load(store: string): Promise<void> {
    if (store !== this.#store) {
      this.#store = store
      this.#turn++
      this.#reading = false
      this.view.set(nothing)
    }
    if (this.#reading) {
      this.#again = true
      return
    }
    const turn = ++this.#turn
    this.#reading = true
    try {
      const guide = await this.#api.guide()
      if (turn === this.#turn) this.#change({ guide, error: null })
    } catch (thrown) {
      if (turn === this.#turn) this.#change({ error: toApiError(thrown) })
    }
    if (store !== this.#store) return
    this.#reading = false
    if (!this.#again) return
    this.#again = false
    await this.load(store)
  }

  /** Keeps what the admin says, one thing after the other. */
  save(change: Partial<GuideChange>): Promise<boolean> {
    const store = this.#store
    const saving = this.#saves.then(async () => {
      if (store !== this.#store) return false
      this.#change({ saving: true, failed: null })
      try {
        const guide = await this.#api.saveGuide({ ...blank, ...change })
        if (store !== this.#store) return false
        this.#turn++ // an answer that was asked for before is older
        this.#change({ guide, error: null, saving: false })
        return true
      } catch (thrown) {
        if (store === this.#store) this.#change({ failed: toApiError(thrown), saving: false })
        return false
      }
    })
    this.#saves = saving
    return saving
  }

  #change(part: Partial<GuideView>): void {
    this.view.set({ ...this.view.get(), ...part })
  }
}

/** The one of this window. */
export const guideStore = new GuideStore()
