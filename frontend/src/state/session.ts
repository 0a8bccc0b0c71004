import * as wails from '../api/wails'
import { type ApiError, toApiError } from '../api/errors'
import type { GroupRow, Notify, PersonRow, SampleInfo, Snapshot } from '../api/types'
import { Observable } from '../lib/observable'
import { ActivityLog } from './activity'
import { DirectoryList } from './directory'

export interface SessionState {
  /** Failed: the data folder could not be opened, and nothing was ever shown. */
  phase: 'opening' | 'ready' | 'failed'
  /** The last state that was read; older than offlineSince when that is set. */
  snapshot: Snapshot | null
  /** Why it failed or does not answer; while opening, that it takes longer than a call may. */
  error: ApiError | null
  /** Since when the backend does not answer; null while it does. */
  offlineSince: string | null
}

const pullEvery = 500
const tryAgainAfter = 5_000
/** Lists in view are loaded anew at most so often. */
const listsEvery = 1_000

export type Api = Pick<typeof wails, 'snapshot' | 'activityAt' | 'findActivity' | 'watch' | 'retry' | 'people' | 'groups' | 'sampleState'>

/**
 * The page's idea of the backend: starts from a snapshot, pulls it again when a notification says so, and hands the log of
 * requests what moved. A hidden window pulls nothing, and catches up when it is shown.
 */
export class Session {
  readonly state = new Observable<SessionState>({ phase: 'opening', snapshot: null, error: null, offlineSince: null })
  readonly log: ActivityLog
  /** The lists live here, so that search, ticks and place are kept while somebody looks at another page. */
  readonly people: DirectoryList<PersonRow>
  readonly groups: DirectoryList<GroupRow>
  /** The sample, where one is shown. */
  readonly sample = new Observable<SampleInfo | null>(null)
  /** Counts up when people, groups or memberships changed: what shows one of them loads it anew. */
  readonly changes = new Observable(0)
  /** Called with the number of requests that came in, while the window is shown. */
  arrived: (count: number) => void = () => {}

  readonly #api: Api
  #stop: () => void = () => {}
  #reading = false
  #dirty = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #head = 0
  #moved = { people: false, groups: false }
  #movedTimer: ReturnType<typeof setTimeout> | undefined

  constructor(api: Api = wails) {
    this.#api = api
    this.log = new ActivityLog(api)
    this.people = new DirectoryList(api.people)
    this.groups = new DirectoryList(api.groups)
  }

  /** Starts, once for the life of the page. */
  start(): void {
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) return
      this.#pull()
      this.#tellLists()
    })
    void this.connect()
  }

  /** Opens the data folder again after it could not be opened, or asks an unanswering backend once more. */
  async retry(): Promise<void> {
    if (this.state.get().phase === 'failed') {
      this.state.set({ phase: 'opening', snapshot: null, error: null, offlineSince: null })
      try {
        await this.#api.retry()
      } catch (thrown) {
        this.#fail(thrown)
        if (this.state.get().phase === 'failed') return
      }
      await this.connect()
    } else {
      this.log.retry()
      this.people.retry()
      this.groups.retry()
      this.#pull(true)
    }
  }

  /** Starts the notifications, then reads the state. Asks on while the folder is still being opened. */
  async connect(): Promise<void> {
    try {
      this.#stop()
      this.#stop = await this.#api.watch((n) => this.#notified(n))
    } catch (thrown) {
      this.#fail(thrown)
      if (this.state.get().phase !== 'failed') setTimeout(() => void this.connect(), tryAgainAfter)
      return
    }
    this.#pull()
  }

  #notified(n: Notify): void {
    const known = this.state.get().snapshot?.store
    if (known === n.store && n.activity > this.#head && !document.hidden) this.#headMoved(n.activity)
    if (n.status || n.people || n.groups || known !== n.store) this.#pull()
    this.#moved.people ||= n.people
    this.#moved.groups ||= n.groups
    if (known === n.store) this.#tellLists()
  }

  #tellLists(): void {
    if (this.#movedTimer !== undefined || document.hidden || !(this.#moved.people || this.#moved.groups)) return
    const { people, groups } = this.#moved
    this.#moved = { people: false, groups: false }
    this.#movedTimer = setTimeout(() => {
      this.#movedTimer = undefined
      this.#tellLists()
    }, listsEvery)
    // A membership is shown with the person and with the group.
    if (people || groups) this.people.moved()
    this.groups.moved()
    this.changes.set(this.changes.get() + 1)
  }

  #headMoved(head: number): void {
    this.arrived(head - this.#head)
    this.#head = head
    this.log.moved(head)
  }

  /** Reads the snapshot now or, within half a second of the last time, a little later. */
  #pull(impatient = false): void {
    this.#dirty = true
    if (this.#reading || document.hidden || (this.#timer !== undefined && !impatient)) return
    clearTimeout(this.#timer)
    void this.#read()
  }

  async #read(): Promise<void> {
    this.#reading = true
    this.#dirty = false
    let wait = pullEvery
    try {
      const snapshot = await this.#api.snapshot()
      const sample = snapshot.sample ? await this.#api.sampleState().catch(() => null) : null
      if (sample !== null || !snapshot.sample) this.sample.set(sample)
      this.#took(snapshot)
    } catch (thrown) {
      this.#fail(thrown)
      this.#dirty = this.state.get().phase !== 'failed'
      wait = tryAgainAfter
    }
    this.#reading = false
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#dirty) this.#pull()
    }, wait)
  }

  #took(snapshot: Snapshot): void {
    const before = this.state.get()
    if (snapshot.store !== before.snapshot?.store) {
      this.#head = snapshot.activity.last
      this.log.reset(snapshot.store, snapshot.activity.first, snapshot.activity.last)
      this.people.reset()
      this.groups.reset()
      this.changes.set(this.changes.get() + 1)
    } else if (snapshot.activity.last > this.#head) {
      this.#headMoved(snapshot.activity.last)
    }
    this.log.pruned(snapshot.activity.first)
    if (before.offlineSince || before.snapshot?.database.state !== snapshot.database.state) {
      this.log.retry()
      this.people.retry()
      this.groups.retry()
    }
    this.state.set({ phase: 'ready', snapshot, error: null, offlineSince: null })
  }

  #fail(thrown: unknown): void {
    const before = this.state.get()
    const error = toApiError(thrown)
    // A large update of the database takes longer than a call may: the folder is still being opened then.
    if (before.phase === 'opening' && (error.code === 'OPENING' || error.code === 'CALL_TIMEOUT')) this.state.set({ ...before, error })
    else if (before.snapshot === null) this.state.set({ ...before, phase: 'failed', error })
    else this.state.set({ ...before, error, offlineSince: before.offlineSince ?? new Date().toISOString() })
  }
}
