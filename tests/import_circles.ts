/** Circles among the imports of modules. Imports of types count: two modules that need each other are one. */
import { dirname, posix } from 'node:path'

export type Module = { readonly path: string; readonly text: string }
/** `exports` as package.json says it: `./name/*` to `./folder/*.ts`. */
export type Package = {
  readonly name: string
  readonly folder: string
  readonly exports?: Readonly<Record<string, string>>
}

const IMPORT = /\bfrom\s+'([^']+)'|\bimport\s*\(?\s*'([^']+)'/g
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm

export const withoutComments = (text: string): string => text.replaceAll(COMMENT, '')

/** What a module imports, by the names it uses; types, imports on demand and bare imports too. */
export const namesImported = (text: string): string[] =>
  [...withoutComments(text).matchAll(IMPORT)].map(([, from, alone]) => from ?? alone ?? '')

/** Each circle as `a.ts > b.ts > a.ts`. Of modules that lie on several circles at least one is named. */
export function importCircles(modules: readonly Module[], packages: readonly Package[]): string[] {
  const imports = new Map(modules.map((each) => [each.path, importsOf(each, packages)]))
  const circles: string[] = []
  const finished = new Set<string>()
  const follow = (path: string, way: readonly string[]) => {
    const met = way.indexOf(path)
    if (met >= 0) circles.push([...way.slice(met), path].join(' > '))
    if (met >= 0 || finished.has(path)) return
    for (const next of imports.get(path) ?? []) follow(next, [...way, path])
    finished.add(path)
  }
  for (const path of imports.keys()) follow(path, [])
  return circles
}

/** The paths of the modules that a module imports; packages of others have none. */
export function importsOf({ path, text }: Module, packages: readonly Package[]): string[] {
  return namesImported(text)
    .map((name) => (name.startsWith('.') ? posix.join(dirname(path), name) : inPackages(name, packages)))
    .filter((imported) => imported !== undefined)
}

function inPackages(name: string, packages: readonly Package[]): string | undefined {
  const owner = packages.find((each) => name.startsWith(`${each.name}/`))
  if (!owner) return undefined
  const wanted = `.${name.slice(owner.name.length)}`
  // As Node does: the pattern with the longest beginning wins.
  const [pattern, target] =
    Object.entries(owner.exports ?? {})
      .filter(([each]) => wanted.startsWith(each.replace('*', '')))
      .toSorted(([a], [b]) => b.length - a.length)[0] ?? []
  if (pattern === undefined || target === undefined) return undefined
  return posix.join(owner.folder, target.replace('*', wanted.slice(pattern.length - 1)))
}
