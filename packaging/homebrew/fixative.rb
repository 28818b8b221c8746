cask "fixative" do
  version "{{version}}"
  sha256 "{{sha256 mac-arm64.dmg}}"

  url "{{download}}/Fixative-#{version}-mac-arm64.dmg"
  name "Fixative"
  desc "Protects pictures against being learnt by image classifiers"
  homepage "{{home}}"

  depends_on arch: :arm64
  depends_on macos: ">= :ventura"

  app "Fixative.app"

  zap trash: "~/Library/Application Support/fixative"
end
