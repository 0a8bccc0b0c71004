import type { Activity, ActivityPage } from '../api/types'
import type { Places } from './activity-search'

export const blockSize = 200
export const maxBlocks = 20

interface Block {
  /** By seq; null for a request that is no longer in the log. */
  rows: Map<number, Activity | null>
  used: number
}

/** The loaded rows of a list, in blocks of 200 places, of which about 20 are kept. */
export class Rows {
  readonly #pull: (seqs: number[]) => Promise<ActivityPage>
  readonly #list: Places
  readonly #blocks = new Map<number, Block>()
  readonly #loading = new Set<number>()
  #clock = 0

  constructor(pull: (seqs: number[]) => Promise<ActivityPage>, list: Places) {
    this.#pull = pull
    this.#list = list
  }

  /** How many loads are under way. */
  get busy(): number {
    return this.#loading.size
  }

  /** A row, undefined while it is not loaded. */
  at(place: number): Activity | undefined {
    const block = this.#blocks.get(blockOf(place))
    if (!block) return undefined
    block.used = ++this.#clock
    return block.rows.get(this.#list.seq(place)) ?? undefined
  }

  /** The first block with something missing from one place to another, inclusive, that is not being loaded; null if there is none. */
  missing(from: number, to: number): number | null {
    for (let block = blockOf(from); block <= blockOf(to); block++) {
      if (!this.#loading.has(block) && this.#unknown(block, from, to).length > 0) return block
    }
    return null
  }

  /** Loads what is missing of a block; null if another load of it is under way or nothing is missing. */
  async load(block: number): Promise<ActivityPage | null> {
    const seqs = this.#unknown(block, this.#list.from, this.#list.to - 1)
    if (this.#loading.has(block) || seqs.length === 0) return null
    this.#loading.add(block)
    try {
      const page = await this.#pull(seqs)
      const rows = this.#blocks.get(block)?.rows ?? new Map<number, Activity | null>()
      for (const seq of seqs) rows.set(seq, null)
      for (const row of page.rows) rows.set(row.seq, row)
      this.#blocks.set(block, { rows, used: ++this.#clock })
      this.#evict()
      return page
    } finally {
      this.#loading.delete(block)
    }
  }

  #unknown(block: number, from: number, to: number): number[] {
    const rows = this.#blocks.get(block)?.rows
    const seqs: number[] = []
    const last = Math.min(to, (block + 1) * blockSize - 1, this.#list.to - 1)
    for (let place = Math.max(from, block * blockSize, this.#list.from); place <= last; place++) {
      const seq = this.#list.seq(place)
      if (!rows?.has(seq)) seqs.push(seq)
    }
    return seqs
  }

  /** Lets go of the blocks that were not looked at for the longest time. */
  #evict(): void {
    if (this.#blocks.size <= maxBlocks) return
    const [oldest] = [...this.#blocks].sort(([, a], [, b]) => a.used - b.used)
    if (oldest) this.#blocks.delete(oldest[0])
  }
}

export const blockOf = (place: number): number => Math.floor(place / blockSize)
