/** Finds import cycles among modules. Imports of types count, too. */
import { dirname, posix } from 'node:path'

export type Module = { readonly path: string; readonly text: string }
/** `exports` as in package.json: `./name/*` to `./folder/*.ts`. */
export type Package = {
  readonly name: string
  readonly folder: string
  readonly exports?: Readonly<Record<string, string>>
}

const IMPORT = /\bfrom\s+'([^']+)'|\bimport\s*\(?\s*'([^']+)'/g
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm

export const withoutComments = (text: string): string => text.replaceAll(COMMENT, '')

/** The specifiers that a module imports; types, dynamic imports and imports without names too. */
export const namesImported = (text: string): string[] =>
  [...withoutComments(text).matchAll(IMPORT)].map(([, from, alone]) => from ?? alone ?? '')

/** Each cycle as `a.ts > b.ts > a.ts`. Of several cycles through the same modules, at least one is returned. */
export function importCycles(modules: readonly Module[], packages: readonly Package[]): string[] {
  const imports = new Map(modules.map((each) => [each.path, importsOf(each, packages)]))
  const cycles: string[] = []
  const finished = new Set<string>()
  const follow = (path: string, trail: readonly string[]) => {
    const met = trail.indexOf(path)
    if (met >= 0) cycles.push([...trail.slice(met), path].join(' > '))
    if (met >= 0 || finished.has(path)) return
    for (const next of imports.get(path) ?? []) follow(next, [...trail, path])
    finished.add(path)
  }
  for (const path of imports.keys()) follow(path, [])
  return cycles
}

/** The paths of the modules that a module imports; external packages have none. */
export function importsOf({ path, text }: Module, packages: readonly Package[]): string[] {
  return namesImported(text)
    .map((name) => (name.startsWith('.') ? posix.join(dirname(path), name) : inPackages(name, packages)))
    .filter((imported) => imported !== undefined)
}

function inPackages(name: string, packages: readonly Package[]): string | undefined {
  const owner = packages.find((each) => name.startsWith(`${each.name}/`))
  if (!owner) return undefined
  const wanted = `.${name.slice(owner.name.length)}`
  // As in Node, the pattern with the longest prefix wins.
  const [pattern, target] =
    Object.entries(owner.exports ?? {})
      .filter(([each]) => wanted.startsWith(each.replace('*', '')))
      .toSorted(([a], [b]) => b.length - a.length)[0] ?? []
  if (pattern === undefined || target === undefined) return undefined
  return posix.join(owner.folder, target.replace('*', wanted.slice(pattern.length - 1)))
}
