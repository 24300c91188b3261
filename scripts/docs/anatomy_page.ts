/** docs/anatomy.md: the text is written by hand; each code block is a file of the smallest service. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../root.ts'

export const ANATOMY_PAGE = 'docs/anatomy.md'
export const SMALLEST_SERVICE = 'service_kit/test/fixtures/smallest_service'

/** A heading that names a file, its description, and its code block. */
const SHOWN = /^(### `([^`]+)`\n(?:(?!```|###).*\n)*)```ts\n[\s\S]*?^```$/gm

export const anatomyPage = (): string =>
  withFiles(readFileSync(join(ROOT, ANATOMY_PAGE), 'utf8'), (path) =>
    readFileSync(join(ROOT, SMALLEST_SERVICE, path), 'utf8'),
  )

/** The page, with each code block replaced by the file as it is now. */
export const withFiles = (page: string, textOf: (path: string) => string): string =>
  page.replaceAll(
    SHOWN,
    (_all, before: string, path: string) => `${before}\`\`\`ts\n${textOf(path).trimEnd()}\n\`\`\``,
  )
