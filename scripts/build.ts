/** `npm run build`: the pages, built anew. */
import { buildPages, buildPagesIfOld } from '../storefront/build.ts'
import { readArguments, refuse } from './arguments.ts'

const { values } = readArguments(
  {
    name: 'npm run build',
    summary: 'Builds the pages into storefront/dist. `npm start` does so by itself when a source is newer.',
    options: { 'if-old': { type: 'boolean', help: 'Only when a source is newer than what is built.' } },
  },
  process.argv.slice(2),
)
try {
  const built = values['if-old'] ? await buildPagesIfOld() : await buildPages().then(() => true)
  process.stdout.write(built ? 'The pages are built.\n' : 'The pages are as new as their sources.\n')
} catch (error) {
  refuse(`The pages cannot be built: ${(error as Error).message}`)
}
