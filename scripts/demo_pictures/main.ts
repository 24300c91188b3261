/** `node scripts/demo_pictures/main.ts --out FOLDER`: writes the pictures of the demo catalogue, to look at. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRenderer } from './render/render.ts'
const size = +process.argv[4]!
const render = createRenderer(size)
const out = process.argv[3]!
mkdirSync(out, { recursive: true })
for (const want of process.argv.slice(5)) {
const [file, fn] = want.split(':') as [string, string]
const scene = (await import(`./scenes/${file}.ts`))[fn]()
const c = process.cpuUsage()
writeFileSync(`${out}/${fn}.jpg`, await render(scene))
console.log(fn, process.cpuUsage(c).user/1000)
}
