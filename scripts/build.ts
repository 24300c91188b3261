/** `npm run build`: builds the pages of the storefront, and bundles the services. */
import { readArguments, refuse } from './arguments.ts'
import { buildAll, buildAllIfOld } from './build/parts.ts'

const { values } = readArguments(
  {
    name: 'npm run build',
    summary:
      "Builds the pages into storefront/dist/pages, each service into <service>/dist, and the operator's commands into ops/dist.\n`npm start` builds what it needs by itself when a source file is newer.",
    options: {
      'if-old': { type: 'boolean', help: 'Build only what has a source file that is newer.' },
    },
  },
  process.argv.slice(2),
)
try {
  const built = values['if-old'] ? await buildAllIfOld() : await buildAll().then(() => true)
  process.stdout.write(built ? 'The pages and the services are built.\n' : 'All is up to date.\n')
} catch (error) {
  refuse((error as Error).message)
}
