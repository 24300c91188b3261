/**
 * Gives the services, of this release and of the previous one, the node:sqlite of sqlite_in_memory.ts. To be loaded before any
 * of them.
 */
import { registerHooks } from 'node:module'

const IN_MEMORY = new URL('./sqlite_in_memory.ts', import.meta.url).href
const SERVICES = /\/(?:\w+_service|service_kit)\/src\/|\/output\/previous_release\//

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOfService = specifier === 'node:sqlite' && SERVICES.test(context.parentURL ?? '')
    return isOfService ? { url: IN_MEMORY, shortCircuit: true } : nextResolve(specifier, context)
  },
})
