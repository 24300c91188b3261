/** The names of backups in a folder of backups. They sort by time. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { MANIFEST_FILE } from './manifest.ts'

const NAME = /^\d{4}-\d\d-\d\dT\d{6}Z$/
/** Longer than any backup takes: what is unfinished then was interrupted. */
export const UNFINISHED_KEPT_MS = 24 * 60 * 60 * 1000

export const folderNameAt = (at: Date): string => `${at.toISOString().slice(0, 19).replaceAll(':', '')}Z`

/**
 * In `parent`: complete backups beyond the newest `kept`, and interrupted ones. Nothing that has another name, and not the one
 * that was just `made`: with a clock that was wrong once, it is not the newest by its name.
 */
export function olderBackups(parent: string, kept: number, now: Date, made: string): string[] {
  const names = readdirSync(parent)
    .filter((name) => NAME.test(name) && name !== made)
    .sort()
    .reverse()
  const isComplete = (name: string) => existsSync(join(parent, name, MANIFEST_FILE))
  const interruptedBefore = folderNameAt(new Date(now.getTime() - UNFINISHED_KEPT_MS))
  return [
    ...names.filter(isComplete).slice(kept - 1),
    ...names.filter((name) => !isComplete(name) && name < interruptedBefore),
  ]
}
