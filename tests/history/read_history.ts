/**
 * Reads a history file line by line: a file of a million operations is never in memory as a whole.
 *
 *  1. A file without its `end`, or with another number of lines than that says, is refused: cut off at whatever byte, it is never
 *     taken for a history that ended there.
 *  2. Lines end with a line feed alone: names of products may have the other separators of Unicode in them.
 */
import { createReadStream } from 'node:fs'
import { linesOf } from '../../scripts/lines.ts'
import type { HistoryLine } from './format.ts'
import { NotJson, parseLine, UnreadableLine } from './parse_line.ts'

/** An unreadable file has many lines like these. */
const UNREADABLE_SHOWN_MAX = 5
const CUT_OFF =
  'It was cut off, or its recorder was killed: its last line, {"is":"end"}, is missing. Nothing of it can be checked.'

export class UnreadableHistory extends Error {
  override name = 'UnreadableHistory'
}

export type Reading = {
  /** How many lines it has, if it is still being written. Otherwise its `end` says so. */
  readonly written?: number
}

/**
 * Calls `onLine` with each line but the `end`, and the number of bytes read so far. Fails with UnreadableHistory, which names the
 * unreadable lines by their number.
 */
export async function readHistory(
  file: string,
  onLine: (line: HistoryLine, bytesRead: number) => void,
  { written }: Reading = {},
): Promise<void> {
  const stream = createReadStream(file, 'utf8')
  const unreadable: string[] = []
  let notJson = 0
  let number = 0
  let lines = 0
  let end: number | undefined
  const take = (text: string) => {
    const line = parseLine(text)
    if ((number === 1) !== (line.is === 'history')) {
      throw new UnreadableLine(number === 1 ? 'must have "is": "history"' : 'begins a second history')
    }
    if (end !== undefined) throw new UnreadableLine('comes after the end')
    if (line.is === 'end') {
      end = line.lines
      return
    }
    lines++
    onLine(line, stream.bytesRead)
  }
  try {
    for await (const text of linesOf(stream)) {
      number++
      if (text.trim() === '') continue
      try {
        take(text)
      } catch (error) {
        if (!(error instanceof UnreadableLine)) throw error
        unreadable.push(`Line ${number} ${error.message}.`)
        if (error instanceof NotJson) notJson = number
        if (number === 1 || unreadable.length === UNREADABLE_SHOWN_MAX) break
      }
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new UnreadableHistory(`It cannot be read: ${message}.`, { cause: error })
  } finally {
    stream.destroy()
  }
  if (number === 0) throw new UnreadableHistory('It is empty.')
  const expected = end ?? written
  // The line within which it was cut off is no fault of its own.
  if (
    expected === undefined &&
    notJson === number &&
    number > 1 &&
    unreadable.length < UNREADABLE_SHOWN_MAX
  ) {
    unreadable.pop()
  }
  if (unreadable.length > 0) throw new UnreadableHistory(unreadable.join('\n'))
  if (expected === undefined) throw new UnreadableHistory(CUT_OFF)
  if (lines !== expected) throw new UnreadableHistory(`It has ${lines} lines, not ${expected} as it should.`)
}
