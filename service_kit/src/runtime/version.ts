/** The release all services belong to: they are released together. */
import manifest from '../../package.json' with { type: 'json' }

export const VERSION: string = manifest.version
