import type { ReactNode } from "react";

export const metadata = { title: "What is that sound?" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
