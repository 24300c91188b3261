/** Gives the services, which import node:sqlite by name, the one of sqlite_in_memory.ts. To be loaded before they are. */
import { registerHooks } from 'node:module'

const IN_MEMORY = new URL('./sqlite_in_memory.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isReal = specifier !== 'node:sqlite' || context.parentURL === IN_MEMORY
    return isReal ? nextResolve(specifier, context) : { url: IN_MEMORY, shortCircuit: true }
  },
})
