/** Where two texts differ: what both begin with, what stands in each between, what both end with. Letters are never cut in halves. */
export function difference(from: string, to: string): { head: string; from: string; to: string; tail: string } {
  const a = letters(from)
  const b = letters(to)
  const most = Math.min(a.length, b.length)
  let head = 0
  while (head < most && a[head] === b[head]) head++
  let tail = 0
  while (tail < most - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const part = (of: string[]) => of.slice(head, of.length - tail).join('')
  return { head: a.slice(0, head).join(''), from: part(a), to: part(b), tail: tail === 0 ? '' : a.slice(-tail).join('') }
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Each of these is a letter of its own. Most that is compared has no others, and the segmenter takes a hundred times as long. */
const plain = /^[ -~]*$/

function letters(text: string): string[] {
  if (plain.test(text)) return text.split('')
  return [...segmenter.segment(text)].map(({ segment }) => segment)
}
