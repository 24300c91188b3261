/** The table of all notes of an import, in each language: the names of its columns, kinds and texts. */
import type { ImportNote } from './import.ts'
import { IMPORT_TEXTS, textOf } from './import_texts.ts'
import { IMPORT_TEXTS_DE } from './import_texts_de.ts'

const NOTES = {
  en: {
    head: ['row', 'kind', 'column', 'message'],
    kinds: { fault: 'fault', warning: 'warning', conflict: 'conflict', refused: 'refused' },
    texts: IMPORT_TEXTS,
  },
  de: {
    head: ['Zeile', 'Art', 'Spalte', 'Meldung'],
    kinds: { fault: 'Fehler', warning: 'Warnung', conflict: 'Konflikt', refused: 'Abgelehnt' },
    texts: IMPORT_TEXTS_DE,
  },
} as const

export type ImportLanguage = keyof typeof NOTES
export const IMPORT_LANGUAGES = Object.keys(NOTES) as readonly ImportLanguage[]

export const noteHead = (language: ImportLanguage): readonly string[] => NOTES[language].head

/** A note of an earlier release has no code: its English text is all there is. */
export function noteCells(
  { row, kind, column, message, code, values = {} }: ImportNote,
  language: ImportLanguage,
): readonly string[] {
  const { kinds, texts } = NOTES[language]
  const text = code === undefined ? message : textOf(code, values, texts)
  return [String(row), kinds[kind], column ?? '', text]
}
