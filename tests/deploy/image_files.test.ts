/**
 * The image of a service has every file and every package that the service imports. npm installs a package beside the
 * others, or in the folder of the workspace that needs another version of it.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { suite, test } from 'node:test'
import { ROOT } from './rendering.ts'

type Locked = { readonly link?: true; readonly dev?: true; readonly dependencies?: Record<string, string> }

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const DOCKERFILE = read('Dockerfile')
const LOCK: Readonly<Record<string, Locked>> = JSON.parse(read('package-lock.json')).packages
const IMPORT =
  /^(?:import|export)(?! type\b)[^'"`;]*?from '([^']+)'|\bimport\s*\(?\s*'([^']+)'|new URL\(\s*'(\.[^']+)'/gm

/** The files that a stage copies, as paths of the repository. */
function copiedBy(stage: string, dockerfile: string): string[] {
  const [, lines = ''] = new RegExp(`^FROM \\S+ AS ${stage}$([\\s\\S]*?)(?=^FROM |$(?![\\s\\S]))`, 'm').exec(
    dockerfile,
  )!
  return [...lines.matchAll(/^COPY (?:--from=dependencies (\S+)|((?!--)\S+(?: \S+)*)) \S+$/gm)].flatMap(
    ([, installed, sources]) =>
      installed === undefined
        ? sources!.split(' ')
        : installed === '/shop'
          ? [...copiedBy('manifests', dockerfile), ...packageFolders()]
          : [posix.relative('/shop', installed)],
  )
}

/** `node_modules`, and those of the workspaces. */
const packageFolders = () => [
  ...new Set(Object.keys(LOCK).flatMap((path) => /^(\w+\/)??node_modules(?=\/)/.exec(path)?.[0] ?? [])),
]

/** The folder in which Node finds a package that is imported by a file in `folder`. */
function packageAt(folder: string, name: string): string | undefined {
  const path = posix.join(folder, 'node_modules', name)
  if (LOCK[path]) return path
  return folder === '.' || folder === '' ? undefined : packageAt(posix.dirname(folder), name)
}

/** The files and the folders of packages that Node may load when it runs `entry`. */
function neededBy(entry: string): { files: Set<string>; packages: Set<string> } {
  const needed = { files: new Set<string>(), packages: new Set<string>() }
  const addPackage = (folder: string, name: string) => {
    const path = packageAt(folder, name) ?? `${name}, imported in ${folder}`
    if (needed.packages.has(path) || LOCK[path]?.link) return
    needed.packages.add(path)
    for (const each of Object.keys(LOCK[path]?.dependencies ?? {})) addPackage(path, each)
  }
  const addFile = (path: string) => {
    if (needed.files.has(path)) return
    needed.files.add(path)
    if (!existsSync(join(ROOT, path)) || !/\.(ts|mjs)$/.test(path)) return
    for (const [, from, alone, url] of read(path).matchAll(IMPORT)) {
      const name = from ?? alone ?? url ?? ''
      const [, folder, module] = /^@shop\/(\w+)\/(.+)$/.exec(name) ?? []
      if (name.startsWith('.')) addFile(posix.join(posix.dirname(path), name))
      else if (module) addFile(`${folder}/src/${module}.ts`)
      else if (!name.startsWith('node:')) addPackage(posix.dirname(path), /^(@[^/]+\/)?[^/]+/.exec(name)![0])
    }
  }
  addFile(entry)
  return needed
}

function missingIn(service: string, dockerfile: string): string[] {
  const copied = [...copiedBy('base', dockerfile), ...copiedBy(service, dockerfile)]
  const { files, packages } = neededBy(`${service}/src/main.ts`)
  assert.ok(files.size > 30 && packages.size > 30, service)
  const isThere = (path: string) => copied.some((each) => path === each || path.startsWith(`${each}/`))
  return [...files, ...packages].filter((path) => !isThere(path) || LOCK[path]?.dev)
}

suite('the image of a service has all files and packages that it imports', () => {
  for (const service of ['auth_service', 'product_service', 'order_service', 'storefront']) {
    test(service, () => assert.deepEqual(missingIn(service, DOCKERFILE), []))
  }

  test('a file and a package that are not copied are reported', () => {
    const without = (text: string) => {
      assert.ok(DOCKERFILE.includes(text))
      return missingIn('auth_service', DOCKERFILE.replace(text, ''))
    }
    assert.deepEqual(without('COPY faults/src faults/src\n'), ['faults/src/fault.ts'])
    const shared = DOCKERFILE.replace(/^COPY --from=dependencies .*$/m, (line) =>
      line.replace('/shop ./', '/shop/node_modules node_modules'),
    )
    const nested = Object.keys(LOCK).some((path) => path.startsWith('tracing/node_modules/'))
    assert.equal(
      missingIn('auth_service', shared).some((path) => path.startsWith('tracing/node_modules/')),
      nested,
    )
  })
})
