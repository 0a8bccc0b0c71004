/** A letter as searches compare it: without case and accents. */
function plain(letter: string): string {
  return letter.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss')
}

/** Cuts a text into parts that match one of the words of a search and parts that don't, as the backend searches. */
export function matches(text: string, search: string): { text: string; match: boolean }[] {
  const words = plain(search).split(/\s+/).filter((word) => word !== '')
  if (words.length === 0 || text === '') return [{ text, match: false }]
  const letters = [...text]
  let folded = ''
  const letterAt: number[] = []
  letters.forEach((letter, i) => {
    const one = plain(letter)
    folded += one
    for (let n = 0; n < one.length; n++) letterAt.push(i)
  })
  const marked = letters.map(() => false)
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
      for (let i = letterAt[at] ?? 0; i <= (letterAt[at + word.length - 1] ?? -1); i++) marked[i] = true
    }
  }
  const parts: { text: string; match: boolean }[] = []
  letters.forEach((letter, i) => {
    const last = parts.at(-1)
    const match = marked[i] ?? false
    if (last && last.match === match) last.text += letter
    else parts.push({ text: letter, match })
  })
  return parts
}
