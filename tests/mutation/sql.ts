/** Mutants of SQL in a string: a condition is removed, or a comparison is off by one. */
import type { Change } from './mutant.ts'

const STATEMENT = /\b(SELECT|UPDATE|INSERT|DELETE)\b[\s\S]*\b(FROM|SET|INTO)\b|\b(WHERE|AND)\b [\s\S]*[=<>]/
const BEGINS = /\b(WHERE|AND|OR|ON)\b/g
const ENDS = /^(AND|OR|ORDER|LIMIT|GROUP|RETURNING|UNION|WHERE|ON|DO|SET|EXCEPT|JOIN|LEFT)\b/
const OFF_BY_ONE: Readonly<Record<string, string>> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' }

/** `literal` is the text with its quotes; it begins at `offset` of the file. */
export function sqlChanges(literal: string, offset: number): Change[] {
  if (!STATEMENT.test(literal)) return []
  const changes: Change[] = []
  for (const { 0: word, index } of literal.matchAll(BEGINS)) {
    if (word === 'AND' && /\bBETWEEN\s+\S+\s+$/.test(literal.slice(0, index))) continue
    const start = index + word.length + 1
    const end = endOfCondition(literal, start)
    const condition = literal.slice(start, end)
    if (condition.trim() === '') continue
    changes.push({ kind: 'SQL condition', start: offset + start, end: offset + end, replacement: '1' })
  }
  for (const { 0: operator, index } of literal.matchAll(/(?<=\s)(<=|>=|<|>)(?=\s)/g)) {
    const replacement = OFF_BY_ONE[operator]!
    changes.push({
      kind: 'SQL operator',
      start: offset + index,
      end: offset + index + operator.length,
      replacement,
    })
  }
  return changes
}

/** The next clause on the same level of brackets. `${…}` is skipped. */
function endOfCondition(text: string, start: number): number {
  let depth = 0
  for (let i = start; i < text.length - 1; i++) {
    const one = text[i]!
    if (one === '(' || one === '{') depth++
    if (one === ')' || one === '}') depth--
    if (depth < 0) return trimmedEnd(text, start, i)
    const isWord = depth === 0 && /\s/.test(text[i - 1] ?? '')
    if (isWord && i > start && ENDS.test(text.slice(i)) && !isBetween(text.slice(start, i))) {
      return trimmedEnd(text, start, i)
    }
  }
  return trimmedEnd(text, start, text.length - 1)
}

const isBetween = (condition: string): boolean => /\bBETWEEN\s+\S+\s+$/.test(condition)

const trimmedEnd = (text: string, start: number, end: number): number =>
  start + text.slice(start, end).trimEnd().length
