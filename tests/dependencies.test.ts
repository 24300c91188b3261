/** The rules of CONTRIBUTING.md for a dependency. That it is listed where it is imported, and used, is checked by knip. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'

const ROOT = join(import.meta.dirname, '..')
const PERMISSIVE = [
  ...[
    '0BSD',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'BlueOak-1.0.0',
    'CC0-1.0',
    'ISC',
    'MIT',
    'MIT-0',
  ],
  ...['OFL-1.1', 'Python-2.0', 'Unlicense'],
]
/** Copyleft, but only for the package's own files; they build and test the pages, and are no part of the shop. */
const FOR_OWN_FILES = { name: /^(lightningcss(-.*)?|axe-core)$/, licence: 'MPL-2.0' }
/**
 * The decoders of pictures (libvips), which product_service uses as they are: shared libraries in files of their own, beside
 * sharp, which anyone may replace. That is what the LGPL asks of who passes them on.
 */
const SHARED_LIBRARY = { name: /^@img\/sharp-(libvips|win32|wasm32)/, licence: 'LGPL-3.0-or-later' }
/** The Node of this project, which is a binary in the npm registry. */
const WITH_INSTALL_SCRIPT = ['node']

type Manifest = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>
type Locked = { readonly license?: string; readonly hasInstallScript?: boolean; readonly link?: boolean }

/** Versions that are not exact. */
const rangesIn = (manifest: Manifest): string[] =>
  ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
    Object.entries(manifest[kind] ?? {})
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => `${name} ${version}`),
  )

const faultsOf = (name: string, { license = 'none', hasInstallScript = false }: Locked): string[] => {
  const licences = license.replaceAll(/[()]/g, '').split(/ (?:OR|AND|and) /)
  const isShared = (each: string) => each === SHARED_LIBRARY.licence && SHARED_LIBRARY.name.test(name)
  const allowed =
    licences.every((each) => PERMISSIVE.includes(each) || isShared(each)) ||
    (license === FOR_OWN_FILES.licence && FOR_OWN_FILES.name.test(name))
  return [
    ...(allowed ? [] : [`${name} has the licence ${license}`]),
    ...(hasInstallScript && !WITH_INSTALL_SCRIPT.includes(name)
      ? [`${name} runs a script when installed`]
      : []),
  ]
}

suite('dependencies', () => {
  test('have exact versions', () => {
    assert.deepEqual(rangesIn({ dependencies: { a: '1.2.3', b: '^1.2.3', c: '2.x', d: '1.0.0-rc.1' } }), [
      'b ^1.2.3',
      'c 2.x',
    ])
    const manifests = ['package.json', ...globSync('*/package.json', { cwd: ROOT })]
    for (const path of manifests) {
      assert.deepEqual(rangesIn(JSON.parse(readFileSync(join(ROOT, path), 'utf8'))), [], path)
    }
  })

  test('are permissively licensed, and run no script when they are installed', () => {
    assert.equal(faultsOf('x', { license: 'GPL-3.0' }).length, 1)
    assert.equal(faultsOf('x', { license: 'MPL-2.0' }).length, 1)
    assert.equal(faultsOf('x', { license: 'LGPL-3.0-or-later' }).length, 1)
    assert.equal(faultsOf('@img/sharp-libvips-linux-x64', { license: 'GPL-3.0-or-later' }).length, 1)
    assert.equal(faultsOf('x', {}).length, 1)
    assert.equal(faultsOf('x', { license: '(MIT OR CC0-1.0)', hasInstallScript: true }).length, 1)
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
    const installed = Object.entries(packages as Record<string, Locked>).filter(
      ([path, { link = false }]) => path.includes('node_modules/') && !link,
    )
    assert.ok(installed.length > 100)
    assert.deepEqual(
      installed.flatMap(([path, locked]) => faultsOf(path.split('node_modules/').at(-1)!, locked)),
      [],
    )
  })
})
