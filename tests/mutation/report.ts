/** The scores by folder and all survivors, as Markdown. */
import type { Mutant } from './mutant.ts'

/**
 * `killed`: a test failed. `late`: a test hung. `types`: no test failed, but the mutant does not compile. `survived`:
 * tests executed it and passed. `unseen`: no test executes it.
 */
export type Fate = 'killed' | 'late' | 'types' | 'survived' | 'unseen'
export type Result = Mutant & { readonly fate: Fate; readonly by?: string | undefined }

const COLUMNS = ['killed', 'late', 'survived', 'unseen', 'types'] as const

export const folderOf = (path: string): string =>
  /^(service_kit\/src|[a-z]+\/src\/[a-z]+)\//.exec(path)?.[1] ?? path.slice(0, path.lastIndexOf('/'))

/** A change that does not compile is not counted. */
export function scoreOf(results: readonly Result[]): number {
  const counted = results.filter(({ fate }) => fate !== 'types')
  return counted.filter(({ fate }) => fate === 'killed' || fate === 'late').length / counted.length
}

export function asMarkdown(results: readonly Result[]): string {
  const folders = Map.groupBy(results, ({ path }) => folderOf(path))
  const row = (name: string, some: readonly Result[]) =>
    `| ${[
      name,
      some.length,
      ...COLUMNS.map((column) => some.filter(({ fate }) => fate === column).length),
      Number.isNaN(scoreOf(some)) ? '' : `${(scoreOf(some) * 100).toFixed(0)} %`,
    ].join(' | ')} |`
  const rows = [...folders].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, some]) => row(name, some))
  const survivors = results
    .filter(({ fate }) => fate === 'survived' || fate === 'unseen')
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.start - b.start))
  return [
    `| folder | mutants | ${COLUMNS.join(' | ')} | score |`,
    `| --- | ---: | ${COLUMNS.map(() => '---:').join(' | ')} | ---: |`,
    ...rows,
    row('all', results),
    '',
    ...survivors.map(lineOf),
  ].join('\n')
}

export const lineOf = ({ path, line, kind, original, replacement, fate }: Result): string =>
  `- \`${path}:${line}\` ${kind}: \`${short(original)}\` → \`${short(replacement)}\`${fate === 'unseen' ? ' (no test runs it)' : ''}`

const short = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('`', "'")
  return line.length <= 60 ? line : `${line.slice(0, 57)}…`
}
