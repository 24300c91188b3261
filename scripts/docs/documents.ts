/** The documents that are generated from the code: text by path. */
import { ANATOMY_PAGE, anatomyPage } from './anatomy_page.ts'
import { CATALOGUES } from './catalogues.ts'
import { configurationPage } from './configuration_page.ts'
import { errorsPage } from './errors_page.ts'
import { openApiDocuments } from './openapi.ts'

export async function generatedDocuments(): Promise<ReadonlyMap<string, string>> {
  const documents = await openApiDocuments()
  return new Map([
    ...[...documents].map(
      ([name, document]) => [`docs/openapi/${name}.json`, `${JSON.stringify(document, null, 2)}\n`] as const,
    ),
    ['docs/errors.md', errorsPage(CATALOGUES, documents)],
    ['docs/configuration.md', configurationPage()],
    [ANATOMY_PAGE, anatomyPage()],
  ])
}
