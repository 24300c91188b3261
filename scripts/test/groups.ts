/**
 * Which test files share a process.
 *
 * Loading Fastify and the kit costs a process more than most test files do, so the files of one folder run in one process,
 * one after the other. The files in `tests/` start processes, servers and browsers of their own, and those of stores on MongoDB a
 * server: each has a process to itself, and begins first, as the other tests of stores do, because they take longest.
 */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

export type Group = { readonly name: string; readonly files: readonly string[] }

const isLong = (name: string) => name.startsWith('tests/') || /\/storage(\/mongo_|$)/.test(name)

/** @param files Paths relative to the root, sorted. */
export function groupsOf(files: readonly string[]): Group[] {
  const groups = Map.groupBy(files, (file) => (isLong(file) ? file : dirname(file)))
  return [...groups]
    .map(([name, members]) => ({ name, files: members }))
    .sort((a, b) => Number(isLong(b.name)) - Number(isLong(a.name)))
}

/**
 * Node's runner follows every promise, so that it knows which test an error belongs to that nothing caught: four tenths of
 * the time of the tests of stores. It is needed while files declare their tests; after that it is ended, and such an error
 * fails the process with its message, but not the test that it belongs to.
 */
const PROLOGUE = `import asyncHooks from 'node:async_hooks'
const { createHook } = asyncHooks
const following = []
asyncHooks.createHook = (callbacks) => {
  const hook = createHook(callbacks)
  following.push(hook)
  return hook
}
const { after, suite } = process.getBuiltinModule('node:test')
let ended = false
after(() => { ended = true })
asyncHooks.createHook = createHook
process.on('exit', () => { if (!ended) process.exitCode ||= 1 })
const files = []
const read = (url) => {
  const file = import(url)
  files.push(file)
  return file
}
`
const EPILOGUE = `void Promise.allSettled(files).then(() => { for (const hook of following) hook.disable() })
`

/**
 * Writes a file for each group that runs its test files, each as a suite named by its path, and returns the paths of the files.
 * Node runs test files in the order of their paths, so these begin with a number. A process that exits before its last suite
 * fails: for Node, exit code 0 would be enough, and the tests of a whole folder could be missing. A file that takes longer
 * than `fileMs` fails, and the next one begins.
 */
export function writeGroups(
  groups: readonly Group[],
  { root, folder, fileMs }: { root: string; folder: string; fileMs: number },
): string[] {
  return groups.map(({ name, files }, index) => {
    const suites = files.map((file) => {
      const url = pathToFileURL(join(root, file)).href
      return `suite(${JSON.stringify(file)}, { timeout: ${fileMs} }, () => read(${JSON.stringify(url)}))\n`
    })
    const path = join(folder, `${String(index).padStart(3, '0')}_${name.replaceAll('/', '_')}.mjs`)
    writeFileSync(path, `${PROLOGUE}${suites.join('')}${EPILOGUE}`)
    return path
  })
}
