/**
 * Plants a bug: changes one line of one module while it is loaded, before its types are removed. A simulation that does not find
 * it proves nothing.
 *
 *   PLANTED_BUG='no fence' node --import ./simulation/planted.ts simulation/…
 */
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PLANTED_BUGS } from './planted_bugs.ts'

const name = process.env.PLANTED_BUG
const bug = PLANTED_BUGS.find((each) => each.name === name)
if (bug === undefined) throw new Error(`No planted bug is named "${name}".`)

const { path, from, to } = bug
const url = pathToFileURL(join(import.meta.dirname, '..', path)).href

registerHooks({
  load(loaded, context, nextLoad) {
    const module = nextLoad(loaded, context)
    if (loaded !== url) return module
    const source = String(module.source)
    if (source.split(from).length !== 2) throw new Error(`"${from}" is not exactly once in ${path}.`)
    return { ...module, source: source.replace(from, () => to) }
  },
})
