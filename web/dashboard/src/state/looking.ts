// Tells the server whether this page is in view: members who look at none are told by push.
import { onEvent, online, tell } from "./connection.ts";

function say(): void {
  tell({ type: "looking", on: document.visibilityState === "visible" });
}

onEvent((event) => {
  if (event.type === "welcome") say();
});

document.addEventListener("visibilitychange", () => {
  if (online.peek()) say();
});
