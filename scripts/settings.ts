/** `npm run settings`: what the shop says of itself (domain/shop_settings.ts of product_service), while it runs or not. */
import { readFileSync } from 'node:fs'
import { OPERATOR } from '@shop/product_service/domain/audit'
import { leavesOf, type Patch } from '@shop/product_service/domain/change_shop_settings'
import { LANGUAGES } from '@shop/product_service/domain/shop_settings'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { readArguments, refuse } from './arguments.ts'
import { withProductStores } from './product_stores.ts'
import { isLogo, LOGO, readLogo, storeLogo } from './settings/logo.ts'
import { patchIn, patchOf } from './settings/patches.ts'

/** Longer texts are shown by their length. */
const SHOWN_LENGTH_MAX = 100

const { values, words } = readArguments(
  {
    name: 'npm run settings',
    summary:
      'Shows and changes the settings of the shop: name, logo, contact, legal pages, colours, languages.',
    words: '[set <field> [<value>] | export | import <file>]',
    options: {
      file: {
        type: 'string',
        help: 'For set: the value is the content of this file, such as a legal page in Markdown, or the picture of the logo.',
      },
      language: {
        type: 'string',
        help: `For set: of a text that each language has, ${LANGUAGES.join(' or ')}.`,
      },
    },
    notes: [
      'Without words it shows all fields. A list is given with semicolons; none means no logo.',
      '  npm run settings -- set name "My shop"',
      '  npm run settings -- set legal.imprint --file imprint.md --language de',
      '  npm run settings -- set logo --file logo.png',
      '  npm run settings -- export > shop.json',
      '  npm run settings -- import shop.json',
      'Run it with the environment of product_service (DATA_DIR, DATABASE_URL, CURRENCY).',
    ].join('\n'),
  },
  process.argv.slice(2),
)
const { file, language } = values
const [command, ...rest] = words
if (command !== 'set' && (file !== undefined || language !== undefined)) {
  refuse('--file and --language are for set.', '--help shows examples.')
}

const print = (text: string) => void process.stdout.write(`${text}\n`)
const reading = <T>(path: string, read: (path: string) => T): T => {
  try {
    return read(path)
  } catch (error) {
    return refuse(`${path} cannot be read: ${reasonOf(error)}`)
  }
}
const fileText = (path: string) => reading(path, (path) => readFileSync(path, 'utf8'))
/** Before any store is opened. */
const logo = command === 'set' && isLogo(rest[0]) && file !== undefined ? reading(file, readLogo) : undefined
const given = logo ? undefined : readPatch()

await withProductStores(async (stores) => {
  const { shop } = stores
  const patch = logo ? await storeLogo(stores, logo, systemRuntime) : given
  if (patch === undefined) {
    const { settings, version } = await shop.read()
    if (command === 'export') return print(JSON.stringify(settings, null, 2))
    for (const [field, value] of leavesOf(settings)) print(`${field.padEnd(26)} ${shown(value)}`)
    return print(`${'version'.padEnd(26)} ${version}`)
  }
  const before = await shop.read()
  const stamp = { by: OPERATOR, at: systemRuntime.now().toISOString() }
  const { version } = await shop.change(patch, undefined, stamp)
  print(version === before.version ? 'Nothing differs.' : `Changed. The settings are at version ${version}.`)
})

function readPatch(): Patch | undefined {
  try {
    if (command === undefined || (command === 'export' && rest.length === 0)) return undefined
    if (command === 'import' && rest.length === 1) return patchIn(fileText(rest[0]!))
    if (command === 'set' && rest.length === (file === undefined ? 2 : 1)) {
      return patchOf(
        isLogo(rest[0]) ? LOGO : rest[0]!,
        file === undefined ? rest[1]! : fileText(file),
        language,
      )
    }
  } catch (error) {
    refuse(reasonOf(error))
  }
  return refuse('Say set with a field and a value, export, or import with a file.', '--help shows examples.')
}

function shown(value: string | null): string {
  if (value === null) return 'none'
  if (value === '') return '-'
  const line = value.replaceAll('\n', ' ')
  return line.length > SHOWN_LENGTH_MAX ? `(${value.length} characters)` : line
}
