/** The shopkeeper's pages: everything below /admin, loaded only there. */
import { Route, Routes } from 'react-router'
import { NotFound } from '../layout/not_found.tsx'

export default function AdminRoutes() {
  return (
    <Routes>
      <Route path="*" element={<NotFound />} />
    </Routes>
  )
}
