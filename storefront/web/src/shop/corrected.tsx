/** Shows the corrected search when the typed one has no results. Screen readers announce it. */
import { Typed } from '../ui/typed.tsx'

type Found = { readonly q: string; readonly searched_for?: string | undefined }

export function Corrected({ page }: { page: Found | undefined }) {
  return (
    <div role="status">
      {page?.searched_for !== undefined && (
        <p className="mt-4">
          No results for “<Typed>{page.q}</Typed>”. Showing results for “
          <Typed className="font-semibold">{page.searched_for}</Typed>”.
        </p>
      )}
    </div>
  )
}
