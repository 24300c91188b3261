/** Shows the corrected search when the typed one has no results. Screen readers announce it. */
import { t } from '../language/texts.ts'
import { Typed } from '../ui/typed.tsx'

type Found = { readonly q: string; readonly searched_for?: string | undefined }

export function Corrected({ page }: { page: Found | undefined }) {
  return (
    <div role="status">
      {page?.searched_for !== undefined && (
        <p className="mt-4">
          {t.catalogue.corrected(
            <Typed>{page.q}</Typed>,
            <Typed className="font-semibold">{page.searched_for}</Typed>,
          )}
        </p>
      )}
    </div>
  )
}
