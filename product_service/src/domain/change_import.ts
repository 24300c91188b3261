/** What an admin does with an import. Each change is conditional on the version that was read. */
import { DomainError } from './errors.ts'
import { changed, type Import, isOpen } from './import.ts'

export type ImportRequest = {
  readonly state: 'checking' | 'applying' | 'cancelled'
  readonly parts?: number | undefined
  readonly withoutFaulty?: boolean | undefined
}

/**
 * The import after the request; the same one if it is so already. `partsStored` are those below `parts`. Fails with
 * `import_state_conflict` or `import_has_faults`.
 */
export function requestedImport(
  job: Import,
  { state, parts = job.parts, withoutFaulty = false }: ImportRequest,
  partsStored: number,
  at: string,
): Import {
  const refuse = (why: string): never => {
    throw new DomainError('import_state_conflict', why, { current: job })
  }
  if (job.state === state) return job
  if (!isOpen(job)) refuse(`The import is ${job.state}.`)
  if (state === 'cancelled') return changed(job, { state }, at)
  if (job.state === 'applying') refuse('The import is being applied.')
  if (state === 'checking') {
    if (parts === 0 || partsStored < parts) refuse(`${partsStored} of ${parts} parts were received.`)
    return changed(job, { state, parts }, at)
  }
  if (job.state !== 'checked') refuse('The file was not checked yet.')
  if (job.checked.faults > 0 && !withoutFaulty) {
    throw new DomainError(
      'import_has_faults',
      `The file has ${job.checked.faults} faults. Correct it, or start without the rows that have them.`,
      { current: job },
    )
  }
  return changed(job, { state }, at)
}
