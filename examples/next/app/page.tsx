import { connection } from "next/server";
import { Listener } from "./listener";

export default async function Page() {
  // The nonce of the Content-Security-Policy is different for every request.
  await connection();
  return <Listener />;
}
