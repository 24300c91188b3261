/** `npm run build`: builds the pages of the storefront. */
import { buildPages, buildPagesIfOld } from '../storefront/build.ts'
import { readArguments, refuse } from './arguments.ts'

const { values } = readArguments(
  {
    name: 'npm run build',
    summary:
      'Builds the pages into storefront/dist. `npm start` does this by itself when a source file is newer.',
    options: {
      'if-old': { type: 'boolean', help: 'Build only if a source file is newer than the built pages.' },
    },
  },
  process.argv.slice(2),
)
try {
  const built = values['if-old'] ? await buildPagesIfOld() : await buildPages().then(() => true)
  process.stdout.write(built ? 'The pages are built.\n' : 'The pages are up to date.\n')
} catch (error) {
  refuse(`The pages cannot be built: ${(error as Error).message}`)
}
