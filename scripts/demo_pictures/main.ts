/** `node scripts/demo_pictures/main.ts --out FOLDER`: writes the pictures of the demo catalogue, to look at. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readArguments, refuse, wholeNumber } from '../arguments.ts'
import { demoPictures, SIDE } from './demo_pictures.ts'
import { PICTURES } from './pictures.ts'

const { values: asked } = readArguments(
  {
    name: 'node scripts/demo_pictures/main.ts',
    summary: 'Draws the pictures of the demo catalogue.',
    options: {
      out: { type: 'string', help: 'The folder to write them to.' },
      only: { type: 'string', help: 'A word of the product or of the view.' },
      side: { type: 'string', help: `Width and height in pixels (${SIDE}).` },
    },
  },
  process.argv.slice(2),
)
if (asked.out === undefined) refuse('--out is missing: the folder to write the pictures to.')
const side = wholeNumber('--side', asked.side ?? String(SIDE), 64, 4096)
const wanted = PICTURES.filter(({ product, view }) => `${product} ${view}`.includes(asked.only ?? ''))
mkdirSync(asked.out, { recursive: true })
let before = process.cpuUsage()
for await (const { product, view, bytes } of demoPictures(wanted, side)) {
  const name = `${product.toLowerCase().replace(/[^a-z]+/g, '_')}_${view}.jpg`
  writeFileSync(join(asked.out, name), bytes)
  const { user, system } = process.cpuUsage(before)
  console.log(
    `${name}: ${Math.round(bytes.length / 1024)} KB, ${Math.round((user + system) / 1000)} ms of CPU`,
  )
  before = process.cpuUsage()
}
