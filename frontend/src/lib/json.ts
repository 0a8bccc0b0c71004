/** A part of JSON text, for colouring. */
export interface Token {
  kind: 'key' | 'string' | 'number' | 'word' | 'mark'
  text: string
}

export interface Line {
  indent: number
  tokens: Token[]
}

const token = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/gs

/**
 * Sets JSON out, a value a line. It goes by the text alone, so that numbers stay as they were written, keys that stand twice
 * stay twice, and a text that was cut is set out as far as it goes. Null for what is no JSON object or array.
 */
export function layOut(text: string): Line[] | null {
  if (!/^\s*[{[]/.test(text)) return null
  const lines: Line[] = []
  let line: Line = { indent: 0, tokens: [] }
  let depth = 0
  const next = () => {
    if (line.tokens.length > 0) lines.push(line)
    line = { indent: depth, tokens: [] }
  }
  const parts = text.match(token) ?? []
  parts.forEach((part, i) => {
    const following = parts[i + 1]
    if (part === '{' || part === '[') {
      line.tokens.push({ kind: 'mark', text: part })
      if (following === '}' || following === ']') return
      depth++
      next()
    } else if (part === '}' || part === ']') {
      const empty = parts[i - 1] === '{' || parts[i - 1] === '['
      if (!empty) {
        depth = Math.max(0, depth - 1)
        next()
      }
      line.tokens.push({ kind: 'mark', text: part })
    } else if (part === ',') {
      line.tokens.push({ kind: 'mark', text: part })
      next()
    } else if (part === ':') line.tokens.push({ kind: 'mark', text: ': ' })
    else line.tokens.push({ kind: part.startsWith('"') ? (following === ':' ? 'key' : 'string') : /^[-\d]/.test(part) ? 'number' : 'word', text: part })
  })
  next()
  return lines
}

/** Laid out lines as text, two spaces a step. */
export const asLines = (lines: readonly Line[]): string => lines.map((l) => '  '.repeat(l.indent) + l.tokens.map((t) => t.text).join('')).join('\n')
