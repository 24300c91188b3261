import { ShopProblem } from '../../api/shop.ts'
import { admin } from '../../language/admin_texts.ts'
import { explain } from '../../ui/notice.tsx'

/** Why a file was not stored. */
export function explainUpload(error: unknown): string {
  const refused: Readonly<Record<string, string>> = admin.pictures.refused
  return (error instanceof ShopProblem && refused[error.code]) || explain(error)
}
