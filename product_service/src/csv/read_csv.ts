/**
 * Reads a table from the bytes of a file, piece by piece: UTF-8 with or without a mark, UTF-16 with one; separated by commas,
 * semicolons or tabs. Never more than some pieces and one row are in memory.
 */
import { Readable } from 'node:stream'
import { type CsvError, parse } from 'csv-parse'
import type { Sheet } from '../domain/import.ts'
import { type Saying, saying } from '../domain/import_texts.ts'
import { unguarded } from './cells.ts'

/** Characters of one row. The longest row of an export is far below. */
export const ROW_LENGTH_MAX = 256 * 1024
export const COLUMNS_MAX = 200
/** Characters without a line end, delimiters and quotation marks included, which the parser does not count. */
export const LINE_LENGTH_MAX = 2 * ROW_LENGTH_MAX
/** Where the names of the columns must end. */
const HEAD_LENGTH_MAX = 64 * 1024

/** The file as a whole cannot be read. */
export class UnreadableFile extends Error {
  readonly why: Saying
  constructor(why: Saying) {
    super(why.message)
    this.why = why
  }
}

export type Table = Pick<Sheet, 'delimiter' | 'encoding'> & {
  readonly names: readonly string[]
  /** The other rows, blank ones too, so that their number is that in a spreadsheet. Fails with UnreadableFile. */
  readonly rows: AsyncIterable<readonly string[]>
}

/** Fails with UnreadableFile. */
export async function readCsv(pieces: AsyncIterable<Uint8Array>): Promise<Table> {
  const { encoding, text } = await decode(pieces)
  const iterator = text[Symbol.asyncIterator]()
  let head = ''
  for (;;) {
    const { done, value } = await iterator.next()
    if (done) break
    head += value
    if (firstLineEnd(head) >= 0 || head.length > HEAD_LENGTH_MAX) break
  }
  if (head.trim() === '') throw new UnreadableFile(saying('file_empty'))
  const end = firstLineEnd(head)
  const delimiter = delimiterOf(end < 0 ? head : head.slice(0, end))
  const parser = Readable.from(rest(head, iterator)).compose(
    parse({
      ...{ delimiter, bom: false, relax_column_count: true },
      // Files that are separated by tabs, such as Google's, have quotation marks as they are: 5" disk.
      relax_quotes: delimiter === '\t',
      max_record_size: ROW_LENGTH_MAX,
    }),
  )
  const rows = parser[Symbol.asyncIterator]() as AsyncIterator<readonly string[]>
  const next = async () => {
    try {
      return await rows.next()
    } catch (error) {
      throw asUnreadable(error)
    }
  }
  const first = await next()
  const names: readonly string[] = first.done ? [] : first.value.map((name) => name.trim())
  if (names.length > COLUMNS_MAX)
    throw new UnreadableFile(saying('file_too_many_columns', { max: COLUMNS_MAX }))
  return {
    encoding,
    delimiter,
    names,
    rows: {
      [Symbol.asyncIterator]: () => ({
        async next() {
          const { done, value } = await next()
          return done ? { done, value: undefined } : { done: false, value: value.map(unguarded) }
        },
        async return() {
          parser.destroy()
          return { done: true, value: undefined }
        },
      }),
    },
  }
}

async function* rest(head: string, iterator: AsyncIterator<string>) {
  yield head
  for (;;) {
    const { done, value } = await iterator.next()
    if (done) return
    yield value
  }
}

const UTF8_MARK = [0xef, 0xbb, 0xbf]

async function decode(
  pieces: AsyncIterable<Uint8Array>,
): Promise<{ encoding: Sheet['encoding']; text: AsyncIterable<string> }> {
  const iterator = pieces[Symbol.asyncIterator]()
  const first = await iterator.next()
  const start: Uint8Array = first.done ? new Uint8Array() : first.value
  const encoding = encodingOf(start)
  const decoder = new TextDecoder(encoding, { fatal: true })
  const decodeOne = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined })
    } catch {
      throw new UnreadableFile(saying('file_not_text', { encoding: encoding.toUpperCase() }))
    }
  }
  return {
    encoding,
    text: (async function* () {
      const watch = createLineWatch()
      for (let piece = first; !piece.done; piece = await iterator.next())
        yield watch(withoutNul(decodeOne(piece.value)))
      yield decodeOne()
    })(),
  }
}

function encodingOf(start: Uint8Array): Sheet['encoding'] {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le'
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be'
  if (UTF8_MARK.every((byte, i) => start[i] === byte)) return 'utf-8'
  if (start[0] === 0x50 && start[1] === 0x4b) {
    throw new UnreadableFile(saying('file_is_spreadsheet'))
  }
  return 'utf-8'
}

function withoutNul(text: string): string {
  if (!text.includes('\0')) return text
  throw new UnreadableFile(saying('file_has_nul'))
}

/** Passes pieces of text on, until a line is too long. */
function createLineWatch() {
  let [line, length] = [1, 0]
  return (text: string): string => {
    const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'))
    length = end < 0 ? length + text.length : text.length - end - 1
    line += text.split('\n').length - 1
    if (length <= LINE_LENGTH_MAX) return text
    throw new UnreadableFile(saying('file_row_too_long', { max: ROW_LENGTH_MAX, line }))
  }
}

/** Of the first line end that is not inside quotes, or -1. */
function firstLineEnd(text: string): number {
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') quoted = !quoted
    else if (!quoted && (text[i] === '\n' || text[i] === '\r')) return i
  }
  return -1
}

const DELIMITERS = [',', ';', '\t'] as const

/** The one that the names of the columns have most often, outside of quotes. */
function delimiterOf(line: string): Sheet['delimiter'] {
  const bare = line.replaceAll(/"[^"]*"/g, '')
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length)
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!
}

function asUnreadable(error: unknown): unknown {
  const { code, lines } = error as CsvError & { lines?: number }
  const line = lines ?? 1
  switch (String(code)) {
    case 'CSV_MAX_RECORD_SIZE':
      return new UnreadableFile(saying('file_row_too_long', { max: ROW_LENGTH_MAX, line }))
    case 'CSV_QUOTE_NOT_CLOSED':
      return new UnreadableFile(saying('file_quote_open', { line }))
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return new UnreadableFile(saying('file_quote_inside', { line }))
  }
  return String(code).startsWith('CSV_') ? new UnreadableFile(saying('file_not_csv', { line })) : error
}
