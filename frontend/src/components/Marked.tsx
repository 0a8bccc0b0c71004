import { matches } from '../lib/matches'

/** A text in which what was searched for is marked. It takes its own direction. */
export function Marked({ text, search }: { text: string; search: string }) {
  return (
    <span dir="auto" className="identity">
      {matches(text, search).map((part, i) => (part.match ? <mark key={i}>{part.text}</mark> : part.text))}
    </span>
  )
}
