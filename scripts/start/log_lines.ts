/**
 * The output of `npm start`: each JSON line of a service as a short coloured line or, with `--json`, unchanged. Colours
 * depend on NO_COLOR, FORCE_COLOR, and whether the stream is a terminal.
 */
import { styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]
export type Paint = (style: Style, text: string) => string

export const paintFor =
  (stream: NodeJS.WriteStream): Paint =>
  (style, text) =>
    styleText(style, text, { stream })

const LEVELS: Readonly<Record<number, readonly [string, Style]>> = {
  10: ['trace', 'gray'],
  20: ['debug', 'gray'],
  30: ['info ', 'green'],
  40: ['warn ', 'yellow'],
  50: ['error', 'red'],
  60: ['fatal', ['red', 'bold']],
}
const ERROR_LEVEL = 50
/** Members that are printed elsewhere or not at all; all others are printed as fields. */
const HIDDEN_MEMBERS = ['level', 'time', 'msg', 'service', 'name', 'pid', 'hostname', 'err']
const FIELDS_MAX = 6
const FIELD_LENGTH_MAX = 120

type Line = { level: number; time?: number; msg?: string; err?: { message?: string; stack?: string } }

/** A line of a service without its prefix. A line that is not a log line is not changed. */
export function prettyLine(line: string, paint: Paint): string {
  const parsed = parse(line)
  if (!parsed) return line
  const [level, style] = LEVELS[parsed.level] ?? [String(parsed.level), 'white' as Style]
  const fields = Object.entries(parsed)
    .filter(([name]) => !HIDDEN_MEMBERS.includes(name))
    .slice(0, FIELDS_MAX)
    .map(([name, value]) => paint('gray', `${name}=${short(value)}`))
  if (parsed.err?.message) fields.unshift(paint(style, parsed.err.message))
  const head = [paint('gray', clock(parsed.time)), paint(style, level), parsed.msg ?? '', ...fields].join(' ')
  const stack = parsed.level >= ERROR_LEVEL ? parsed.err?.stack?.split('\n').slice(1) : undefined
  return [head, ...(stack ?? []).map((frame) => paint('gray', frame))].join('\n')
}

function parse(line: string): Line | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const value = JSON.parse(line)
    return typeof value.level === 'number' ? value : undefined
  } catch {
    return undefined
  }
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > FIELD_LENGTH_MAX ? `${text.slice(0, FIELD_LENGTH_MAX)}…` : text
}

const clock = (time: number | undefined) =>
  time === undefined ? '--:--:--' : new Date(time).toTimeString().slice(0, 8)

export type Output = {
  /** Prints a line that a service wrote. */
  fromService(label: string, style: Style, line: string): void
  /** Prints a message of `npm start` itself; `fields` are printed only with `--json`. */
  log(text: string, level?: 'info' | 'warn' | 'error', fields?: Readonly<Record<string, unknown>>): void
}

const LEVEL_NUMBERS = { info: 30, warn: 40, error: 50 }

/** Errors of the stream are ignored, so that a closed terminal does not interrupt the shutdown. */
export function createOutput(stream: NodeJS.WriteStream, json: boolean, now: () => Date): Output {
  stream.on('error', () => {})
  if (json) {
    return {
      fromService: (_label, _style, line) => stream.write(`${line}\n`),
      log(msg, level = 'info', fields = {}) {
        const line = { level: LEVEL_NUMBERS[level], time: now().getTime(), service: 'start', msg, ...fields }
        stream.write(`${JSON.stringify(line)}\n`)
      },
    }
  }
  const paint = paintFor(stream)
  return {
    fromService(label, style, line) {
      const prefix = paint(style, `${label} |`)
      stream.write(`${prettyLine(line, paint).replace(/^/gm, `${prefix} `)}\n`)
    },
    log: (text, level = 'info') =>
      stream.write(`${level === 'info' ? text : paint(level === 'warn' ? 'yellow' : 'red', text)}\n`),
  }
}
