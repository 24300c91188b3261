/** How many products there are, and which of the pages this is. */
import { LISTINGS_PAGE_SIZE, type Total } from '../api/catalogue.ts'
import { formatNumber } from '../language/formats.ts'
import { t } from '../language/texts.ts'
import { Notice } from '../ui/notice.tsx'

type Page = { readonly total?: Total; readonly unfiltered: boolean }

/** "10,000+" where only that is known. */
export const formatTotal = ({ count, more }: Total): string => `${formatNumber(count)}${more ? '+' : ''}`

/** The number of pages; undefined where the total is not exact. */
export const pagesOf = ({ count, more }: Total): number | undefined =>
  more ? undefined : Math.max(1, Math.ceil(count / LISTINGS_PAGE_SIZE))

export function Result({ page, number }: { page: Page | undefined; number: number }) {
  const { total } = page ?? {}
  const pages = total && pagesOf(total)
  return (
    <>
      <p role="status" className="tabular min-h-6 text-soft">
        {total && t.catalogue.found(total.count, formatTotal(total))}
        {pages !== undefined && pages > 1 && number <= pages && (
          <> · {t.catalogue.pageOf(formatNumber(number), formatNumber(pages))}</>
        )}
      </p>
      {page?.unfiltered && <Notice title={t.catalogue.unfiltered}>{t.catalogue.unfilteredMore}</Notice>}
    </>
  )
}
