import { Observable } from '../lib/observable'
import { type Asked, everybody, narrowing, PagedList } from './list'
import { Selection } from './selection'

/** A row that the keyboard stands on; the id is empty until the row is loaded. */
export interface Stand {
  index: number
  id: string
}

/** The list of a page and what somebody did with it, so that whoever comes back finds it as it was left. */
export class DirectoryList<Row extends { id: string }> extends PagedList<Row> {
  readonly selection = new Selection<Row>(this)
  readonly stand = new Observable<Stand | null>(null)
  /** What is open beside the list; no id for nothing. */
  open = { id: '', tab: '' }
  /** Where the list is scrolled to. */
  scroll = { top: 0, order: '' }

  /** Looks for something in all that are not deleted; nothing stays open or ticked beside it. */
  find(search: string): void {
    this.narrow({ search })
  }

  /** Narrows the list to this and nothing else; nothing stays open or ticked beside it. */
  narrow(to: Partial<Asked>): void {
    this.selection.clear()
    this.stand.set(null)
    this.open = { id: '', tab: '' }
    this.ask({ ...narrowing(everybody), ...to })
  }

  override reset(): void {
    this.selection.clear()
    this.stand.set(null)
    this.open = { id: '', tab: '' }
    this.scroll = { top: 0, order: '' }
    super.reset()
  }
}
