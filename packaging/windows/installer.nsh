; "Protect with Fixative" in the Explorer's menu of folders, for this user; taken away when Fixative is uninstalled.
!macro customInstall
  WriteRegStr HKCU "Software\Classes\Directory\shell\Fixative" "" "Protect with Fixative"
  WriteRegStr HKCU "Software\Classes\Directory\shell\Fixative" "Icon" "$INSTDIR\${APP_EXECUTABLE_FILENAME}"
  WriteRegStr HKCU "Software\Classes\Directory\shell\Fixative\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
!macroend

!macro customUnInstall
  DeleteRegKey HKCU "Software\Classes\Directory\shell\Fixative"
!macroend
