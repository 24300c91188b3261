/** A logger whose lines a test reads. */
import { type Logger, pino } from 'pino'

export type LogLine = Record<string, unknown> & { readonly msg?: string }

export const loggerInto = (lines: LogLine[]): Logger =>
  pino({}, { write: (text: string) => void lines.push(JSON.parse(text)) })
