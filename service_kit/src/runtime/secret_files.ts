/**
 * Secrets, and other values, that come as files. What an editor adds by itself, a byte order mark or the end of the
 * last line, is not part of the value; every other blank is, for somebody put it there.
 */
import { readFileSync } from 'node:fs'

export const readValueFile = (path: string): string => valueIn(readFileSync(path, 'utf8'))

export const valueIn = (text: string): string => text.replace(/^\uFEFF/, '').replace(/[\r\n]+$/, '')
