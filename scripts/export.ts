/** `npm run export`: all products and groups as CSV, through the stores of product_service, while it runs or not. */
import { createWriteStream, renameSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { catalogueCsv } from '@shop/product_service/csv/write_csv'
import { readArguments, refuse } from './arguments.ts'
import { withProductStores } from './product_stores.ts'

const { words } = readArguments(
  {
    name: 'npm run export',
    summary:
      'Writes all products and groups of variants, drafts too, to a CSV file that npm run import reads.',
    words: '<file.csv>',
    options: {},
    notes: [
      'The file appears when it is complete; an older one of that name is replaced.',
      '  npm run export -- products.csv',
      'Run it with the environment of product_service (DATA_DIR, DATABASE_URL, CURRENCY).',
    ].join('\n'),
  },
  process.argv.slice(2),
)
const [file, ...more] = words
if (file === undefined || more.length > 0) refuse('Name one file.', '--help shows examples.')

await withProductStores(async (stores) => {
  const unfinished = `${file}.part`
  await pipeline(Readable.from(catalogueCsv(stores), { objectMode: false }), createWriteStream(unfinished))
  renameSync(unfinished, file!)
  process.stdout.write(`${file} is written.\n`)
})
