// Between the page and the browser's passkeys (WebAuthn Level 2). The server asks in JSON, in which bytes are base64url;
// the browser takes and gives bytes. What it answers goes into a hidden field and is sent as any form is.

export function offerPasskeys() {
  if (!window.PublicKeyCredential) return;
  for (const button of document.querySelectorAll("button[data-passkey]")) {
    button.closest("[data-passkey-offer]").hidden = false;
    button.addEventListener("click", () => use(button));
  }
}

async function use(button) {
  const { passkeyField, passkeyFailed } = button.dataset;
  const status = button.form.querySelector("[data-passkey-status]");
  status.textContent = "";
  button.disabled = true;
  try {
    const credential = await ask(button);
    const field = document.getElementById(passkeyField);
    field.value = JSON.stringify(answerOf(credential));
    field.form.submit();
  } catch {
    // Cancelled, timed out, or no passkey for this site: browsers do not say which, so that sites cannot tell.
    status.textContent = passkeyFailed;
    button.disabled = false;
  }
}

async function ask(button) {
  const { publicKey } = await optionsOf(button);
  const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (button.dataset.passkey !== "create") {
    options.allowCredentials = (publicKey.allowCredentials ?? []).map(withBytes);
    return navigator.credentials.get({ publicKey: options });
  }
  options.user = withBytes(publicKey.user);
  options.excludeCredentials = (publicKey.excludeCredentials ?? []).map(withBytes);
  return navigator.credentials.create({ publicKey: options });
}

async function optionsOf(button) {
  const { passkeyOptions, passkeyUrl } = button.dataset;
  if (passkeyOptions) return JSON.parse(document.getElementById(passkeyOptions).textContent);
  const answer = await fetch(passkeyUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("The site did not answer.");
  return (await answer.json()).request_options;
}

function answerOf(credential) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const given = parts.filter((part) => credential.response[part]).map((part) => [part, text(credential.response[part])]);
  return {
    clientExtensionResults: credential.getClientExtensionResults(),
    id: credential.id,
    rawId: text(credential.rawId),
    response: Object.fromEntries(given),
    type: credential.type,
  };
}

const withBytes = (named) => ({ ...named, id: bytes(named.id) });

function bytes(base64url) {
  const plain = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
