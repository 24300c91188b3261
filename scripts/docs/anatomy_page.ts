/** docs/anatomy.md: its prose is written by hand, and each of its code blocks is a file of the smallest service. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../root.ts'

export const ANATOMY_PAGE = 'docs/anatomy.md'
export const SMALLEST_SERVICE = 'service_kit/test/fixtures/smallest_service'

/** A heading that names a file, what is said of it, and its text. */
const SHOWN = /^(### `([^`]+)`\n(?:(?!```|###).*\n)*)```ts\n[\s\S]*?^```$/gm

export const anatomyPage = (): string =>
  withFiles(readFileSync(join(ROOT, ANATOMY_PAGE), 'utf8'), (path) =>
    readFileSync(join(ROOT, SMALLEST_SERVICE, path), 'utf8'),
  )

/** The page with the text of each file that it shows as the file is now. */
export const withFiles = (page: string, textOf: (path: string) => string): string =>
  page.replaceAll(
    SHOWN,
    (_all, before: string, path: string) => `${before}\`\`\`ts\n${textOf(path).trimEnd()}\n\`\`\``,
  )
