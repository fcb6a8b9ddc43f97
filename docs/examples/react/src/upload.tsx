import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  orThrow,
  sendRoomMessage,
  uploadImage,
  type RoomId,
  type ServerId,
  type UploadProgress,
  type UserContext,
} from 'lagclient';
import { useState } from 'react';

/** Sends an image to a room, with the progress of its upload. */
export const Upload = ({ ctx, serverId, roomId }: { ctx: UserContext; serverId: ServerId; roomId: RoomId }) => {
  const client = useQueryClient();
  const [progress, setProgress] = useState<UploadProgress>();
  const upload = useMutation({
    mutationFn: (file: File) =>
      orThrow(
        uploadImage(ctx, file, { purpose: 'chat' }, { onUploadProgress: setProgress }).andThen(({ id }) =>
          sendRoomMessage(ctx, serverId, roomId, { content: file.name, imageId: id }),
        ),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['messages', roomId] }),
  });
  return (
    <label>
      Image
      <input
        type="file"
        accept="image/*"
        disabled={upload.isPending}
        onChange={({ target: { files } }) => files?.[0] && upload.mutate(files[0])}
      />
      {progress && <progress value={progress.sent} max={progress.total} />}
    </label>
  );
};
