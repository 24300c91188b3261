/**
 * Reads secrets, and other values, from files. A byte order mark and a last line break, which editors add, are not part of
 * the value. All other white space is.
 */
import { readFileSync } from 'node:fs'

export const readValueFile = (path: string): string => valueIn(readFileSync(path, 'utf8'))

export const valueIn = (text: string): string => text.replace(/^\uFEFF/, '').replace(/[\r\n]+$/, '')
